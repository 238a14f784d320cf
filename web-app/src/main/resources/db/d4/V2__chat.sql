create table chat_messages (
  id bigint not null auto_increment,
  offer bigint not null,
  author varchar(32) not null,
  text varchar(500) not null,
  author_key varchar(64) character set ascii collate ascii_bin not null,
  said_at timestamp(3) not null default current_timestamp(3),
  primary key (id),
  key chat_messages_offer (offer, id),
  unique key chat_messages_once (offer, author, author_key),
  constraint chat_messages_of_offer foreign key (offer) references offers (id) on delete cascade
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
