// Figures, and the table that they end in.

/** Returns the nearest rank; 0 of nothing. */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] : 0;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Prints a line for each figure, and returns whether all are within their bounds.
 *
 * @param figures each with `what`, `value`, `unit`, and perhaps a `bound` of `most` or `least`
 */
export function table(figures) {
  const rows = figures.map(({ what, value, unit, bound }) => [
    what,
    `${text(value)} ${unit ?? ""}`.trim(),
    bound ? ("most" in bound ? `≤ ${text(bound.most)}` : `≥ ${text(bound.least)}`) : "",
    bound ? (isWithin(value, bound) ? "ok" : "MISSED") : "",
  ]);
  rows.unshift(["what", "figure", "bound", "verdict"]);
  const width = (column) => Math.max(...rows.map((row) => row[column].length));
  const widths = [0, 1, 2].map(width);
  for (const [what, figure, bound, verdict] of rows) {
    console.log(
      `${what.padEnd(widths[0])}  ${figure.padStart(widths[1])}  ${bound.padStart(widths[2])}  ${verdict}`.trimEnd(),
    );
  }
  return figures.every(({ value, bound }) => !bound || isWithin(value, bound));
}

function isWithin(value, bound) {
  return "most" in bound ? value <= bound.most : value >= bound.least;
}

function text(number) {
  return Number.isInteger(number) ? String(number) : number.toFixed(2);
}
