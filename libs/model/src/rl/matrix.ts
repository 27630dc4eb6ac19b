// The mathematics of preference learning and PPO: pure functions, in float64 on plain arrays and,
// where a gradient is needed, on tensors too. Sources are named at each function.
//
// The shape that it works on: one row per answer, one column per answer token,
// (B, T). Rows may differ in length. A mask of the same shape holds 1 at real tokens and 0 at
// padding; a row's real tokens stand together at its start.

export type Matrix = readonly (readonly number[])[];

/** Applies `f` to every element; padding included. */
export function mapMatrix(matrix: Matrix, f: (value: number, row: number, column: number) => number): number[][] {
  return matrix.map((values, row) => values.map((value, column) => f(value, row, column)));
}

/** The element at (row, column). Throws RangeError where there is none: the shapes differ. */
export function at(matrix: Matrix, row: number, column: number): number {
  const value = matrix[row]?.[column];
  if (value === undefined) throw new RangeError(`expected an element at row ${row}, column ${column}, found none: the shapes differ`);
  return value;
}

/** A mask of all ones, for rows that hold no padding. */
export function fullMask(matrix: Matrix): number[][] {
  return mapMatrix(matrix, () => 1);
}

/** Number of real tokens. */
export function maskCount(mask: Matrix): number {
  let count = 0;
  for (const row of mask) for (const value of row) count += value;
  return count;
}

/** Sum over the real tokens. */
function maskedSum(values: Matrix, mask: Matrix): number {
  let sum = 0;
  mask.forEach((flags, row) => flags.forEach((flag, column) => (sum += flag === 0 ? 0 : at(values, row, column))));
  return sum;
}

/** Mean over the real tokens; 0 when there is none. */
export function maskedMean(values: Matrix, mask: Matrix): number {
  const count = maskCount(mask);
  return count === 0 ? 0 : maskedSum(values, mask) / count;
}

/** Population variance over the real tokens; 0 when there is none. */
export function maskedVariance(values: Matrix, mask: Matrix): number {
  const mean = maskedMean(values, mask);
  return maskedMean(
    mapMatrix(values, (value) => (value - mean) ** 2),
    mask,
  );
}
