// Small vector functions. Rows need not be a multiple of 4 long: the rest is done one by one.

/** e^x for four numbers: 2^n times a polynomial on [-ln2/2, ln2/2] (Cephes); below -87 it is 0. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function exp4(x: v128): v128 {
  const alive = f32x4.gt(x, f32x4.splat(-87));
  const clamped = f32x4.pmin(f32x4.splat(88), f32x4.pmax(f32x4.splat(-87), x));
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504)));
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(p, power), alive);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function sum4(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function at(p: usize, i: i32): usize {
  return p + (<usize>i << 2);
}

export function dot(a: usize, b: usize, n: i32): f32 {
  let s = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) s = f32x4.add(s, f32x4.mul(v128.load(at(a, i)), v128.load(at(b, i))));
  let total = sum4(s);
  for (; i < n; i++) total += load<f32>(at(a, i)) * load<f32>(at(b, i));
  return total;
}

/** y += scale * x */
export function addScaled(y: usize, x: usize, scale: f32, n: i32): void {
  const s = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), f32x4.add(v128.load(at(y, i)), f32x4.mul(v128.load(at(x, i)), s)));
  for (; i < n; i++) store<f32>(at(y, i), load<f32>(at(y, i)) + load<f32>(at(x, i)) * scale);
}

/** y = a + b */
export function add(y: usize, a: usize, b: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), f32x4.add(v128.load(at(a, i)), v128.load(at(b, i))));
  for (; i < n; i++) store<f32>(at(y, i), load<f32>(at(a, i)) + load<f32>(at(b, i)));
}

export function zero(y: usize, n: i32): void {
  memory.fill(y, 0, <usize>n << 2);
}

export function largest(x: usize, n: i32): f32 {
  let best = -Infinity as f32;
  let i = 0;
  if (n >= 4) {
    let m = v128.load(x);
    for (i = 4; i + 4 <= n; i += 4) m = f32x4.max(m, v128.load(at(x, i)));
    best = max(max(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1)), max(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)));
  }
  for (; i < n; i++) best = max(best, load<f32>(at(x, i)));
  return best;
}

/** x = exp(scale * x - shift); returns the sum. */
export function expInPlace(x: usize, n: i32, scale: f32, shift: f32): f32 {
  const k = f32x4.splat(scale), m = f32x4.splat(shift);
  let s = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const e = exp4(f32x4.sub(f32x4.mul(v128.load(at(x, i)), k), m));
    v128.store(at(x, i), e);
    s = f32x4.add(s, e);
  }
  let total = sum4(s);
  for (; i < n; i++) {
    const e = exp1(load<f32>(at(x, i)) * scale - shift);
    store<f32>(at(x, i), e);
    total += e;
  }
  return total;
}

export function scaleInPlace(x: usize, scale: f32, n: i32): void {
  const k = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(x, i), f32x4.mul(v128.load(at(x, i)), k));
  for (; i < n; i++) store<f32>(at(x, i), load<f32>(at(x, i)) * scale);
}

/** out[j] += the sum over the rows of x (N, C). */
export function sumRows(x: usize, N: i32, C: i32, out: usize): void {
  for (let n = 0; n < N; n++) add(out, out, at(x, n * C), C);
}

/** The sum of the squares, accumulated in double precision. */
export function squaredSum(x: usize, n: i32): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(at(x, i));
    const lo = f64x2.promote_low_f32x4(v), hi = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
    s0 = f64x2.add(s0, f64x2.mul(lo, lo));
    s1 = f64x2.add(s1, f64x2.mul(hi, hi));
  }
  s0 = f64x2.add(s0, s1);
  let total = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; i < n; i++) {
    const v = <f64>load<f32>(at(x, i));
    total += v * v;
  }
  return total;
}

/** Natural logarithm of a positive, normal number: x = 2^k (1 + f), a series in f / (2 + f) (fdlibm). No tables. */
export function log(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let k = <i32>((bits >> 52) & 0x7ff) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k++;
  }
  const f = m - 1, s = f / (2 + f), z = s * s, w = z * z;
  const even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332));
  const odd = z * (0.6666666666666735130 + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)));
  const half = 0.5 * f * f;
  return <f64>k * 0.6931471805599453 + (f - (half - s * (half + even + odd)));
}
