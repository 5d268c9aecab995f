"""What changes who may do what. Each act is one transaction and audited."""
