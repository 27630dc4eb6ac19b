import { at, exp4 } from './math';

// gelu(x) = x * sigmoid(2u), 2u = TWICE * (x + CUBIC x^3): the tanh form.
const TWICE: f32 = 1.5957691216057308;
const CUBIC: f32 = 0.044715;

// @ts-ignore: a decorator of AssemblyScript
@inline
function gate(x: v128): v128 {
  const u = f32x4.mul(x, f32x4.add(f32x4.mul(f32x4.mul(x, x), f32x4.splat(CUBIC * TWICE)), f32x4.splat(TWICE)));
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(u))));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function slope(dy: v128, x: v128): v128 {
  const s = gate(x);
  const inner = f32x4.add(f32x4.mul(f32x4.mul(x, x), f32x4.splat(3 * CUBIC * TWICE)), f32x4.splat(TWICE));
  const curve = f32x4.mul(f32x4.mul(x, f32x4.mul(s, f32x4.sub(f32x4.splat(1), s))), inner);
  return f32x4.mul(dy, f32x4.add(s, curve));
}

export function geluForward(x: usize, y: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(at(x, i));
    v128.store(at(y, i), f32x4.mul(v, gate(v)));
  }
  for (; i < n; i++) {
    const v = v128.load32_splat(at(x, i));
    store<f32>(at(y, i), f32x4.extract_lane(f32x4.mul(v, gate(v)), 0));
  }
}

export function geluBackward(dy: usize, x: usize, dx: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(dx, i), slope(v128.load(at(dy, i)), v128.load(at(x, i))));
  for (; i < n; i++) store<f32>(at(dx, i), f32x4.extract_lane(slope(v128.load32_splat(at(dy, i)), v128.load32_splat(at(x, i))), 0));
}
