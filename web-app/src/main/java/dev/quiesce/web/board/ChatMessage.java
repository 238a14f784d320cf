package dev.quiesce.web.board;

/**
 * What somebody has said about an offer.
 *
 * @param key by which its author's page knows it
 * @param at when it was said, as in {@code 2026-11-22T09:30:00.123Z}
 */
record ChatMessage(long id, long offer, String by, String text, String key, String at) {}
