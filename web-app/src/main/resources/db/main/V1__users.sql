create table users (
  name varchar(32) not null,
  first_seen timestamp(3) not null default current_timestamp(3),
  last_seen timestamp(3) not null default current_timestamp(3),
  primary key (name)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
