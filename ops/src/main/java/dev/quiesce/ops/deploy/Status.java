package dev.quiesce.ops.deploy;

import java.util.Map;

/**
 * How a service stands.
 *
 * @param fine whether what should serve runs, and no deploy is unfinished
 * @param text for people
 * @param map for programs
 */
record Status(boolean fine, String text, Map<String, Object> map) {}
