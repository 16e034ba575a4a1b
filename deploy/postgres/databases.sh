#!/usr/bin/env bash
# A role and a database of its own for each service; a service cannot read another's.
set -euo pipefail
for service in issuer wallet verifier; do
  psql --quiet --username postgres --set ON_ERROR_STOP=1 --set service="$service" \
    --set password="$(cat "${SECRETS:-/run/secrets}/$service-database")" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service" ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
