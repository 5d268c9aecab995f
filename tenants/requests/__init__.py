"""A request of the portal: whose it is, for which customer, and what it may."""
