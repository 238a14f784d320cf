-- The sessions of dev.quiesce.session.DatabaseSessions, which runs this if there is no such table.
-- All times are in milliseconds since 1970, by the clocks of the instances.
create table if not exists http_sessions (
    id varchar(120) character set ascii collate ascii_bin not null,
    context_path varchar(60) not null,
    virtual_host varchar(60) not null,
    last_node varchar(60),
    access_time bigint not null,
    last_access_time bigint not null,
    create_time bigint not null,
    cookie_time bigint not null,
    last_saved_time bigint not null,
    expiry_time bigint not null,
    max_interval bigint not null,
    attributes longblob not null,
    primary key (id, context_path, virtual_host),
    key http_sessions_expiry (expiry_time)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin
