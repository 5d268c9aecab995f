#!/bin/sh
# Writes PgBouncer's user list from the roles' secrets, then starts it in
# transaction mode. Migrations and the backup connect to PostgreSQL directly.
set -eu
directory=${VMS_PGBOUNCER_DIRECTORY:-/run/pgbouncer}
umask 077
for role in app staff worker; do
    name=$(echo "$role" | tr a-z A-Z)
    eval "file=\${VMS_PASSWORD_${name}_FILE:-}"
    eval "password=\${VMS_PASSWORD_${name}:-}"
    [ -z "$file" ] || password=$(cat "$file")
    printf '"vms_%s" "%s"\n' "$role" "$password"
done >"$directory/users.txt"
cat >"$directory/pgbouncer.ini" <<END
[databases]
* = host=${VMS_POSTGRES_HOST:-postgres} port=${VMS_POSTGRES_PORT:-5432}
[pgbouncer]
listen_addr = ${VMS_PGBOUNCER_ADDRESS:-0.0.0.0}
listen_port = ${PORT:-6432}
unix_socket_dir =
pool_mode = transaction
default_pool_size = ${VMS_POOL_SIZE:-20}
max_client_conn = 1000
auth_type = scram-sha-256
auth_file = $directory/users.txt
END
exec pgbouncer "$directory/pgbouncer.ini"
