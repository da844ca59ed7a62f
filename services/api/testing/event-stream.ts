// A client of server-sent events for tests (WHATWG HTML §9.2), over fetch.

export interface ReceivedEvent {
  readonly id: string
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: events of any kind
  readonly data: any
}

/** Opens a stream and resolves once the server has begun to answer. */
export async function openStream(url: string, token: string, lastEventId?: string) {
  const abort = new AbortController()
  const headers = {
    authorization: `Bearer ${token}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  }
  const response = await fetch(url, { headers, signal: abort.signal })
  if (!response.ok || !response.body)
    throw new Error(`the stream answered ${response.status}: ${await response.text()}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    /** The next event; rejects after `limitMs` without one. */
    async next(limitMs = 10_000): Promise<ReceivedEvent> {
      const limit = setTimeout(() => abort.abort(new Error(`no event within ${limitMs} ms`)), limitMs)
      try {
        for (;;) {
          const end = text.indexOf('\n\n')
          if (end >= 0) {
            const block = text.slice(0, end)
            text = text.slice(end + 2)
            const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
            const data = field('data')
            if (data !== undefined)
              return { id: field('id') ?? '', event: field('event') ?? '', data: JSON.parse(data) }
            continue
          }
          const { value, done } = await reader.read()
          if (done) throw new Error('the stream has ended')
          text += value
        }
      } finally {
        clearTimeout(limit)
      }
    },
    close: () => abort.abort(),
  }
}
