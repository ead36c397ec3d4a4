import { createHmac, randomBytes } from 'node:crypto'
import type { PersonActor } from '../../src/access/policy.ts'
import { visitor, type Visitor, type WebSystem } from './web.ts'

const HOUR = 3_600_000

/** A browser in which somebody is signed in already: a session as a sign-in leaves it, without asking the directory. */
export async function signedIn(web: WebSystem, actor: Pick<PersonActor, 'accountId'>): Promise<Visitor> {
  const { services, app } = web
  const sid = randomBytes(18).toString('base64url')
  const expires = new Date(Date.now() + HOUR)
  const cookie = { originalMaxAge: HOUR, expires, httpOnly: true, path: '/', sameSite: 'lax', secure: false }
  await services.database.pool.query('INSERT INTO session (sid, sess, expire) VALUES ($1, $2, $3)', [
    sid,
    JSON.stringify({ cookie, accountId: actor.accountId }),
    expires,
  ])
  const mark = createHmac('sha256', services.secrets.sessionSecret).update(sid).digest('base64').replace(/=+$/, '')
  const who = visitor(app)
  who.agent.jar.setCookie(`congvu=${encodeURIComponent(`s:${sid}.${mark}`)}; path=/`, '127.0.0.1', '/')
  // Fetches the token that forms need, from the page that costs least.
  await who.get('/tro-giup')
  return who
}
