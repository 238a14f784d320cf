create table if not exists socket_log (
  one tinyint primary key,
  position bigint not null,
  epoch bigint not null
) engine = InnoDB;

insert ignore into socket_log (one, position, epoch) values (1, 0, 0);

create table if not exists socket_event (
  id bigint primary key,
  epoch bigint not null,
  created bigint not null,
  namespace varchar(190) not null,
  rooms longtext not null,
  except_rooms longtext not null,
  data longtext not null
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

create table if not exists socket_session (
  recovery_hash binary(32) primary key,
  id varchar(64) not null,
  namespace varchar(190) not null,
  user_name varchar(190),
  since bigint not null,
  generation bigint not null,
  rooms longtext not null,
  data longtext not null,
  instance varchar(64) not null,
  gone bigint,
  key socket_session_instance (instance),
  key socket_session_gone (gone)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

create table if not exists socket_instance (
  id varchar(64) primary key,
  batch bigint not null,
  first_id bigint not null,
  seen bigint not null
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;
