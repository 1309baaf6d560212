const iterationLimit = 300;

/** erf to about 1e-15: the Maclaurin series near zero, the continued fraction of erfc (Lentz) beyond. */
export function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  return size < 2.5 ? series(x) : Math.sign(x) * (1 - complement(size));
}

/** 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n+1)). */
function series(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < iterationLimit; n++) {
    term *= -(x * x) / n;
    const addend = term / (2 * n + 1);
    total += addend;
    if (Math.abs(addend) < 1e-17 * Math.abs(total)) break;
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

/** erfc(x) = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), evaluated from the inside. */
function complement(x: number): number {
  let fraction = 0;
  for (let k = 120; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
