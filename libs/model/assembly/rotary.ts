import { at } from './math';

/** Turns the first `heads` heads of each row of x (N, W); table (P, hs) holds cosines, then sines. sign: 1, or -1 for the way back. */
export function rotary(x: usize, table: usize, positions: usize, N: i32, W: i32, heads: i32, hs: i32, sign: f32, y: usize): void {
  const half = hs / 2;
  memory.copy(y, x, <usize>(N * W) << 2);
  for (let n = 0; n < N; n++) {
    const cosines = at(table, load<i32>(at(positions, n)) * hs), sines = at(cosines, half);
    for (let h = 0; h < heads; h++) {
      const first = at(y, n * W + h * hs), second = at(first, half);
      for (let i = 0; i < half; i++) {
        const a = load<f32>(at(first, i)), b = load<f32>(at(second, i));
        const c = load<f32>(at(cosines, i)), s = load<f32>(at(sines, i)) * sign;
        store<f32>(at(first, i), a * c - b * s);
        store<f32>(at(second, i), b * c + a * s);
      }
    }
  }
}
