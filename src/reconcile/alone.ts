import type pg from 'pg'

/** Work that one process does at a time; null, at once, when another one is at it. */
export async function alone<T>(
  pool: Pick<pg.Pool, 'connect'>,
  lock: number,
  work: () => Promise<T>,
): Promise<T | null> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [lock])
    if (!rows[0]?.got) return null
    try {
      return await work()
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [lock])
    }
  } finally {
    client.release()
  }
}
