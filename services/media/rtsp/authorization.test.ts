// Digest and Basic by the examples of their RFCs; both ends agree; garbage proves nothing and throws nothing.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { authorizationFor, challenges, proves, readAuthorization } from './authorization.ts'

const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
const realm = 'http-auth@example.org'

/** RFC 7617 §2: no colon, no control characters */
const userName = fc.string({ minLength: 1 }).map((name) => name.replace(/[:\p{Cc}]/gu, '_'))

describe('Digest', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('%s gives the response of RFC 7616 §3.9.1', (algorithm, response) => {
    const proof = readAuthorization(
      `Digest username="Mufasa", realm="${realm}", uri="/dir/index.html", algorithm=${algorithm}, nonce="${nonce}", nc=00000001, ` +
        `cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="${response}", opaque="x"`,
    )
    if (!proof) throw new Error('not read')
    expect(proves(proof, 'Circle of Life', { method: 'GET', realm, nonce })).toBe(true)
    expect(proves(proof, 'circle of life', { method: 'GET', realm, nonce })).toBe(false)
    expect(proves(proof, 'Circle of Life', { method: 'PLAY', realm, nonce })).toBe(false)
    expect(proves(proof, 'Circle of Life', { method: 'GET', realm, nonce: 'another' })).toBe(false)
  })

  it('is made by our client as our server checks it, with any user and password', () => {
    fc.assert(
      fc.property(userName, fc.string(), fc.constantFrom(0, 1, 2), (user, password, skip) => {
        const offered = challenges('qianliyan', nonce).slice(skip)
        const value = authorizationFor(offered, { user, password, method: 'DESCRIBE', uri: 'rtsp://h/c' })
        const proof = readAuthorization(value ?? '')
        if (!proof) throw new Error(`not read: ${value}`)
        expect(proof.user).toBe(user)
        expect(proves(proof, password, { method: 'DESCRIBE', realm: 'qianliyan', nonce })).toBe(true)
        expect(proves(proof, `${password}x`, { method: 'DESCRIBE', realm: 'qianliyan', nonce })).toBe(false)
      }),
    )
  })

  it('takes the strongest challenge that it knows', () => {
    const request = { user: 'u', password: 'p', method: 'PLAY', uri: '/c' }
    expect(authorizationFor(challenges('r', 'n'), request)).toContain('algorithm=SHA-256')
    expect(authorizationFor(['Digest realm="r", nonce="n"', 'Basic realm="r"'], request)).toContain('algorithm=MD5')
    expect(authorizationFor(['Digest realm="r", nonce="n", algorithm=SHA-512-256'], request)).toBeUndefined()
    expect(authorizationFor(['Basic realm="r"'], request)).toBe(`Basic ${btoa('u:p')}`)
  })

  it('reads any text without throwing', () => {
    fc.assert(
      fc.property(fc.constantFrom('Digest ', 'Basic ', 'digest username="', ''), fc.string(), (start, rest) => {
        const proof = readAuthorization(start + rest)
        if (proof) expect(proves(proof, 'secret', { method: 'PLAY', realm, nonce })).toBe(false)
      }),
    )
  })
})
