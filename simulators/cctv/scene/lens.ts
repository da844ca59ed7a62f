// What a cheap camera does to a picture: soft focus, a colour cast, sensor noise, coarse JPEG.
import sharp from 'sharp'
import type { Random } from '../../random.ts'
import type { LightKind } from './light.ts'

/** RGBA pixels as a JPEG with random faults of a camera. */
export async function photograph(
  pixels: Uint8ClampedArray,
  size: { width: number; height: number },
  light: LightKind,
  random: Random,
): Promise<Buffer> {
  const dark = light === 'night' || light === 'dusk'
  const rgb = pixels.slice()
  const noise = Math.abs(random.normal(0, dark ? 4.5 : 2.6))
  const contrast = random.range(0.9, 1.25)
  const lift = random.range(-12, 10)
  const saturation = random.chance(0.08) ? 0 : random.range(0.6, 1.2)
  const cast = [random.range(0.95, 1.05), 1, random.range(0.95, 1.05)]
  for (let i = 0; i < rgb.length; i += 4) {
    const grain = noise * (random.next() + random.next() - 1) * 1.7
    const grey = 0.3 * (rgb[i] as number) + 0.59 * (rgb[i + 1] as number) + 0.11 * (rgb[i + 2] as number)
    for (let k = 0; k < 3; k++) {
      const value = grey + ((rgb[i + k] as number) - grey) * saturation
      rgb[i + k] = ((value - 118) * contrast + 118 + lift) * (cast[k] as number) + grain
    }
  }
  const image = sharp(Buffer.from(rgb.buffer), { raw: { ...size, channels: 4 } }).removeAlpha()
  const blur = random.range(0.2, 1)
  if (blur > 0.35) image.blur(blur)
  return image.jpeg({ quality: Math.round(random.range(38, 93)), chromaSubsampling: '4:2:0' }).toBuffer()
}
