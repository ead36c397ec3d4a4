import { argon2, timingSafeEqual } from 'node:crypto'

const PHC =
  /^\{ARGON2\}\$(argon2id|argon2i|argon2d)\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Whether a password fits a stored `{ARGON2}$argon2id$…` (PHC string format). A value of another kind fits nothing. */
export function passwordFits(stored: string, password: string): Promise<boolean> {
  const [, algorithm, memory, passes, parallelism, salt, tag] = PHC.exec(stored) ?? []
  if (algorithm !== 'argon2id' && algorithm !== 'argon2i' && algorithm !== 'argon2d') return Promise.resolve(false)
  const wanted = Buffer.from(tag ?? '', 'base64')
  const parameters = {
    message: password,
    nonce: Buffer.from(salt ?? '', 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: wanted.length,
  }
  return new Promise((resolve, reject) => {
    argon2(algorithm, parameters, (error, derived) => {
      if (error) reject(error)
      else resolve(timingSafeEqual(derived, wanted))
    })
  })
}

const FAILURES = 5
const LOCKED_MS = 15 * 60_000

/** Locks a name for a quarter of an hour after five failures within one, as our password policy for OpenLDAP does. */
export function lockOut(clock: () => number = Date.now) {
  const failures = new Map<string, number[]>()
  const recent = (key: string) => (failures.get(key) ?? []).filter((at) => clock() - at < LOCKED_MS)
  return {
    isLocked: (key: string) => recent(key).length >= FAILURES,
    failed: (key: string) => failures.set(key, [...recent(key), clock()]),
    succeeded: (key: string) => failures.delete(key),
  }
}
