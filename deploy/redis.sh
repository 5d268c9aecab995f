#!/bin/sh
# Starts Redis with a user for each process (redis.acl), whose passwords are files.
set -eu
acl=/tmp/redis.acl
umask 077
cp "${VMS_REDIS_ACL:-/etc/vms/redis.acl}" "$acl.draft"
for name in PORTAL BACKOFFICE BEAT WORKER NETWORK; do
    eval "file=\${VMS_REDIS_PASSWORD_${name}_FILE:?}"
    sed "s|PASSWORD_$name|$(cat "$file")|" "$acl.draft" > "$acl"
    cp "$acl" "$acl.draft"
done
# Redis takes no comments. Who names no user is nobody.
{ grep '^user ' "$acl.draft"; echo 'user default off'; } > "$acl"
rm "$acl.draft"
exec redis-server --appendonly yes --maxmemory-policy noeviction --aclfile "$acl" "$@"
