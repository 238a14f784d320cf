package dev.quiesce.web.board;

/**
 * An item that somebody sells.
 *
 * @param postedAt when it was posted, as in {@code 2026-11-22T09:30:00.123Z}
 */
record Offer(long id, String item, long price, String seller, String postedAt) {}
