import type { Piece } from '../architectures/architecture.ts';
import type { NamedArray } from './safetensors.ts';

// What a checkpoint keeps in several tensors lies side by side in one parameter.

type Shapes = ReadonlyMap<string, readonly number[]>;

/** The shape of a piece in its file. */
export function pieceShape(piece: Piece, shapes: Shapes): number[] {
  const { rows, columns } = placeOf(piece, shapes);
  if (rows === undefined) return [columns];
  return piece.turned === true ? [columns, rows] : [rows, columns];
}

/** Puts a piece's values at their place among the parameters; takes the array over. */
export function putPiece(piece: Piece, values: Float32Array, shapes: Shapes, parameters: Map<string, Float32Array>): void {
  const { rows, from, columns, width } = placeOf(piece, shapes);
  if (piece.turned !== true && columns === width) return void parameters.set(piece.parameter, values);
  const all = parameters.get(piece.parameter) ?? new Float32Array((rows ?? 1) * width);
  parameters.set(piece.parameter, all);
  if (rows === undefined) all.set(values, from);
  else turn(values, { from: 0, width: rows }, all, { from, width }, columns, rows);
}

/** The tensors of a checkpoint. One that has to be turned is made where it is read, so that a model is never there twice. */
export function takePieces(pieces: readonly Piece[], shapes: Shapes, parameters: ReadonlyMap<string, Float32Array>): NamedArray[] {
  return pieces.map((piece) => {
    const { rows, from, columns, width } = placeOf(piece, shapes);
    const all = parameters.get(piece.parameter);
    if (all === undefined) throw new Error(`expected values for ${piece.parameter}, found none`);
    const shape = pieceShape(piece, shapes);
    if (piece.turned !== true && columns === width) return { name: piece.name, shape, values: all };
    if (rows === undefined) return { name: piece.name, shape, values: all.subarray(from, from + columns) };
    return {
      name: piece.name,
      shape,
      get values() {
        const values = new Float32Array(rows * columns);
        turn(all, { from, width }, values, { from: 0, width: rows }, rows, columns);
        return values;
      },
    };
  });
}

/** The transpose of a matrix (rows, columns). */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const values = new Float32Array(matrix.length);
  turn(matrix, { from: 0, width: columns }, values, { from: 0, width: rows }, rows, columns);
  return values;
}

/** Where a piece lies in its parameter, (rows, width) or (width). */
function placeOf({ parameter, columns }: Piece, shapes: Shapes): { rows: number | undefined; width: number; from: number; columns: number } {
  const sides = shapes.get(parameter);
  const width = sides?.at(-1);
  if (sides === undefined || width === undefined) throw new Error(`expected a parameter ${parameter}, found none`);
  return { rows: sides.length > 1 ? sides[0] : undefined, width, from: columns?.from ?? 0, columns: columns?.count ?? width };
}

interface Side {
  readonly from: number;
  readonly width: number;
}

/** to = from^T, a matrix of so many rows and columns; in squares, since either side goes through memory in leaps. */
function turn(source: Float32Array, { from, width }: Side, target: Float32Array, to: Side, rows: number, columns: number): void {
  const square = 32;
  for (let row0 = 0; row0 < rows; row0 += square) {
    for (let column0 = 0; column0 < columns; column0 += square) {
      for (let row = row0; row < Math.min(rows, row0 + square); row++) {
        for (let column = column0; column < Math.min(columns, column0 + square); column++) {
          target[to.from + column * to.width + row] = source[from + row * width + column] as number;
        }
      }
    }
  }
}
