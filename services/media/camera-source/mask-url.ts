// Addresses for logs and messages: without user, password and query, since cameras take credentials in any of them.

/** The address as it may be shown. Never throws. */
export function maskUrl(source: string): string {
  return source.replace(/^([a-z]+:\/\/).*@/is, '$1***@').replace(/\?.*$/s, '?***')
}
