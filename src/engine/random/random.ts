/** The generator's whole state: four words. */
export type RandomState = readonly [number, number, number, number];

/** A stream of random numbers that repeats on every machine and goes on from a stored state. */
export interface Random {
  readonly state: RandomState;
  /** A whole number of 32 bits. */
  word(): number;
  /** In 0..1, 1 excluded, 24 bits: exact in float32. */
  uniform(): number;
  /** Mean 0, deviation 1. */
  normal(): number;
  /** A whole number from 0 up to but without `below`. */
  integer(below: number): number;
  /** 0..count-1 in random order. */
  permutation(count: number): Int32Array;
  /** Fills with `chosen` where a uniform number is below `probability`, else with `other`: a draw for each. */
  choose(into: Float32Array, choice: Choice): void;
}

export interface Choice {
  readonly probability: number;
  readonly chosen: number;
  readonly other: number;
}

/** A generator from a seed (a whole number) or from a state it had before. */
export function createRandom(from: number | RandomState): Random {
  return new Xoshiro(typeof from === 'number' ? expandSeed(from) : from);
}

// xoshiro128** 1.1, Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c
class Xoshiro implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor([a, b, c, d]: RandomState) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }

  get state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  word(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return result;
  }

  uniform(): number {
    return (this.word() >>> 8) / 2 ** 24;
  }

  // Box and Muller's transform; its second number is not kept, so that the four words are the whole state.
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  integer(below: number): number {
    return Math.floor((this.word() / 2 ** 32) * below);
  }

  // Fisher and Yates' shuffle.
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last -= 1) {
      const other = this.integer(last + 1);
      const kept = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = kept;
    }
    return order;
  }

  // The draws of `uniform` one after the other, five times as fast: words in local variables, and no branch to mispredict.
  choose(into: Float32Array, { probability, chosen, other }: Choice): void {
    const threshold = Math.ceil(probability * 2 ** 24);
    const values = Float32Array.of(other, chosen);
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    for (let index = 0; index < into.length; index += 1) {
      const draw = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 8;
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = rotate(d, 11);
      into[index] = values[(draw - threshold) >>> 31] ?? other;
    }
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

// splitmix32 spreads neighbouring seeds; the state it gives is never all zeros in practice, and the constant makes it sure.
function expandSeed(seed: number): RandomState {
  let counter = Math.imul(seed, 1) ^ Math.trunc(seed / 2 ** 32);
  const next = (): number => {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return [next(), next(), next(), next() | 1];
}
