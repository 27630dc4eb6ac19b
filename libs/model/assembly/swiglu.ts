import { at, exp4 } from './math';

// silu(gate) * values; a row of x (N, 2I) is its gate and its values.

// @ts-ignore: a decorator of AssemblyScript
@inline
function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/** For the rows `from` to `to`. */
export function swigluForward(x: usize, I: i32, y: usize, from: i32, to: i32): void {
  for (let n = from; n < to; n++) {
    const gate = at(x, 2 * n * I), values = at(gate, I), out = at(y, n * I);
    let i = 0;
    for (; i + 4 <= I; i += 4) {
      const g = v128.load(at(gate, i));
      v128.store(at(out, i), f32x4.mul(f32x4.mul(g, sigmoid(g)), v128.load(at(values, i))));
    }
    for (; i < I; i++) {
      const g = v128.load32_splat(at(gate, i));
      store<f32>(at(out, i), f32x4.extract_lane(f32x4.mul(g, sigmoid(g)), 0) * load<f32>(at(values, i)));
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function slope(g: v128, s: v128): v128 {
  return f32x4.add(s, f32x4.mul(f32x4.mul(g, s), f32x4.sub(f32x4.splat(1), s)));
}

/** For the rows `from` to `to`. */
export function swigluBackward(dy: usize, x: usize, I: i32, dx: usize, from: i32, to: i32): void {
  for (let n = from; n < to; n++) {
    const gate = at(x, 2 * n * I), values = at(gate, I), d = at(dy, n * I), dGate = at(dx, 2 * n * I), dValues = at(dGate, I);
    let i = 0;
    for (; i + 4 <= I; i += 4) {
      const g = v128.load(at(gate, i)), s = sigmoid(g), dyi = v128.load(at(d, i));
      v128.store(at(dGate, i), f32x4.mul(f32x4.mul(dyi, v128.load(at(values, i))), slope(g, s)));
      v128.store(at(dValues, i), f32x4.mul(dyi, f32x4.mul(g, s)));
    }
    for (; i < I; i++) {
      const g = v128.load32_splat(at(gate, i)), s = sigmoid(g), dyi = load<f32>(at(d, i));
      store<f32>(at(dGate, i), dyi * load<f32>(at(values, i)) * f32x4.extract_lane(slope(g, s), 0));
      store<f32>(at(dValues, i), dyi * f32x4.extract_lane(f32x4.mul(g, s), 0));
    }
  }
}
