// Who may publish and play streams, as media asks those who know: devices (their credentials are the broker's) and people (the api's).

/** The realm of our RTSP server. Part of every digest that is kept: never change it. */
export const rtspRealm = 'qianliyan'

/** H(user:realm:password) of RFC 7616 §3.4.2 (HA1), hex: enough to check a digest, and, unlike a salted hash, to make one. */
export interface DigestSecrets {
  readonly MD5: string
  readonly 'SHA-256': string
}

export interface KnownDevice {
  readonly gateway: string | undefined
  /** undefined: only its password itself can be checked */
  readonly digest: DigestSecrets | undefined
  verify(password: string): Promise<boolean>
}

export interface StreamAccess {
  /** A device that may log in with a password of which only a hash is kept; undefined if there is none. */
  device(id: string): Promise<KnownDevice | undefined>
  /** The person or program, by user and password or token, if it may play; it is written into the audit trail. */
  player(attempt: {
    readonly user: string
    readonly password: string
    readonly path: string
    readonly address: string
  }): Promise<{ readonly name: string } | undefined>
}
