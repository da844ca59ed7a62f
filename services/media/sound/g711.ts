// G.711 (ITU-T), the sound of most cameras and of the telephone: bytes → samples between −1 and 1. Pure.

export type G711Law = 'a' | 'mu'

/** One byte is one sample. */
export function decodeG711(law: G711Law, bytes: Uint8Array): Float32Array {
  const table = law === 'a' ? aLaw : muLaw
  const samples = new Float32Array(bytes.length)
  for (let at = 0; at < bytes.length; at++) samples[at] = table[bytes[at] ?? 0] ?? 0
  return samples
}

const fullScale = 32_768
const [aLaw, muLaw] = [tableOf(aLawSample), tableOf(muLawSample)]

function tableOf(sample: (code: number) => number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, code) => sample(code) / fullScale)
}

/** Even bits are inverted; sign, three bits of exponent, four of mantissa. */
function aLawSample(code: number): number {
  const bits = code ^ 0x55
  const [exponent, mantissa] = [(bits >> 4) & 7, bits & 15]
  const size = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1)
  return (bits & 0x80) === 0 ? -size : size
}

/** All bits are inverted; a bias of 33 (of 14 bits) makes the steps meet. */
function muLawSample(code: number): number {
  const bits = ~code & 0xff
  const size = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84
  return (bits & 0x80) === 0 ? size : 0 - size
}
