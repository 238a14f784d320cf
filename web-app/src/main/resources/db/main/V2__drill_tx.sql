create table drill_tx (
  id char(36) character set ascii collate ascii_general_ci not null,
  primary key (id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
