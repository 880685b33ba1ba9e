-- 服务自己的数据库角色 · The service's own role in PostgreSQL (15 or later): it reads and records, and can change or delete
-- nothing. Tables stay the property of the role that runs this, with which `huijian store migrate`, `huijian store rotate`
-- and `huijian purge` are to be run. Once, before or after the first migration:
--
--   HUIJIAN_SERVICE_PASSWORD=… psql --set ON_ERROR_STOP=1 --file deploy/postgresql.sql postgresql://OWNER:PASSWORD@HOST/NAME
\getenv password HUIJIAN_SERVICE_PASSWORD
CREATE ROLE huijian_service LOGIN PASSWORD :'password';
GRANT USAGE ON SCHEMA public TO huijian_service;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO huijian_service;
-- Tables of migrations to come.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO huijian_service;
