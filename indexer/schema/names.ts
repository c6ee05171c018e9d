const isUnchangedByUpper = (char: string | undefined): boolean => char !== undefined && char === char.toUpperCase();
const isLetterOrDigit = (char: string): boolean => /[\p{L}\p{N}]/u.test(char);

/**
 * The SQL name that graph-node gives a type or field: Rust's Inflector snake case, which splits before a capital *or
 * digit* that has a lower-case neighbor.
 *
 * @example snakeCase("i8") === "i_8"
 * @example snakeCase("tokenURI") === "token_uri"
 * @example snakeCase("UniswapV3Pool") === "uniswap_v3_pool"
 */
export function snakeCase(name: string): string {
  const chars = [...name];
  let result = "";
  let isFirst = true;
  chars.forEach((char, index) => {
    if (!isLetterOrDigit(char)) {
      if (result !== "" && !result.endsWith("_") && chars.slice(index + 1).some(isLetterOrDigit)) result += "_";
      return;
    }
    const isLowerNear = [chars[index - 1], chars[index + 1]].some(
      (near) => near !== undefined && isLetterOrDigit(near) && !isUnchangedByUpper(near),
    );
    if (!isFirst && isUnchangedByUpper(char) && isLowerNear && !result.endsWith("_")) result += "_";
    result += char.toLowerCase();
    isFirst = false;
  });
  return result;
}

/** A name as a quoted SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
