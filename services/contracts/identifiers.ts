// Identifiers that people choose (cameras, devices, zones): they become topic levels, file names and URL segments, so the alphabet is narrow.
import { Type } from 'typebox'

/** Letters, digits, dot, underscore and hyphen, 1 to 64 characters, starting with a letter or digit. */
export const Identifier = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'letters, digits, . _ - (max 64)',
})
