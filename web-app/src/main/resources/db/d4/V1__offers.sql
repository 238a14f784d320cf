create table offers (
  id bigint not null auto_increment,
  item varchar(80) not null,
  price bigint not null,
  seller varchar(32) not null,
  posted_at timestamp(3) not null default current_timestamp(3),
  taken_by varchar(32) null,
  taken_at timestamp(3) null,
  primary key (id),
  key offers_open (taken_by, id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
