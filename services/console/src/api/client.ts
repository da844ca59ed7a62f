// Requests to the API. The session is a cookie that scripts cannot read; the header below shows that the request is ours.

/** A refusal of the API: its code and its words. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

export async function request<Body>(
  path: string,
  options: { method?: string; json?: unknown; picture?: Blob } = {},
): Promise<Body> {
  const { method = 'GET', json, picture } = options
  const headers: Record<string, string> = { 'x-requested-with': 'console' }
  if (json !== undefined) headers['content-type'] = 'application/json'
  if (picture) headers['content-type'] = picture.type
  const body = picture ?? (json === undefined ? null : JSON.stringify(json))
  const response = await fetch(path, { method, headers, body })
  const text = await response.text()
  const answer = text === '' ? undefined : (JSON.parse(text) as { error?: { code: string; message: string } })
  if (response.ok) return answer as Body
  const { code = 'QLY_INTERNAL', message = response.statusText } = answer?.error ?? {}
  const refusal: Refusal = { status: response.status, code, message }
  return Promise.reject(refusal)
}

export interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor: string | null
}

/** Whether something thrown is a refusal of the API. */
export const isRefusal = (thrown: unknown): thrown is Refusal =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'status' in thrown

export const wordsOf = (thrown: unknown): string =>
  isRefusal(thrown) ? thrown.message : thrown instanceof Error ? thrown.message : String(thrown)
