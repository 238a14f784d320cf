// Options of the form --name=value; --name alone is true. What can be repeated is a list.

/**
 * Reads the arguments of the process.
 *
 * @param defaults the options that there are, with their defaults; a number makes the option one, a list makes it repeatable
 * @param usage what is said, with exit code 2, if there is another one
 */
export function readOptions(defaults, usage, args = process.argv.slice(2)) {
  const options = Object.fromEntries(Object.entries(defaults).map(([k, v]) => [k, Array.isArray(v) ? [...v] : v]));
  for (const arg of args) {
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg);
    const name = match?.[1];
    if (!match || !(name in defaults)) {
      console.error(`There is no option '${arg}'.\n${usage}`);
      process.exit(2);
    }
    const value = match[2] ?? true;
    if (Array.isArray(defaults[name])) {
      options[name].push(value);
    } else {
      options[name] = typeof defaults[name] === "number" ? number(name, value) : value;
    }
  }
  return options;
}

function number(name, value) {
  const number = Number(value);
  if (value === "" || value === true || !Number.isFinite(number)) {
    console.error(`--${name} takes a number, not '${value}'`);
    process.exit(2);
  }
  return number;
}
