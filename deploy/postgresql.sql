-- 服务自己的数据库角色 · The service's own role in PostgreSQL (15 or later). It reads and adds rows, and can delete
-- nothing. It may change only the reviewers' work list, which is no record. The role that runs this file owns the tables; `huijian store migrate`, `huijian store rotate` and `huijian purge`
-- need that role. Run it once, before or after the first migration:
--
--   HUIJIAN_SERVICE_PASSWORD=… psql --set ON_ERROR_STOP=1 --file deploy/postgresql.sql postgresql://OWNER:PASSWORD@HOST/NAME
\getenv password HUIJIAN_SERVICE_PASSWORD
CREATE ROLE huijian_service LOGIN PASSWORD :'password';
GRANT USAGE ON SCHEMA public TO huijian_service;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO huijian_service;
-- The work list; a migration grants this where it makes these tables later.
DO $$ BEGIN
IF to_regclass('public.cases') IS NOT NULL THEN
GRANT UPDATE ON cases, case_findings TO huijian_service;
END IF; END $$;
-- Tables of later migrations.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO huijian_service;
