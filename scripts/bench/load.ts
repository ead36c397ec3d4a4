// A process of its own: GETs one address over kept connections for some seconds and prints what came of it as JSON.
import { Agent, get } from 'node:http'
import { percentile } from './figures.ts'

const [address = '', cookie = '', connections = '8', seconds = '5'] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) })
const times: number[] = []
let failed = 0

const once = () =>
  new Promise<void>((resolve) => {
    const start = performance.now()
    const done = (ok: boolean) => {
      if (ok) times.push(performance.now() - start)
      else failed++
      resolve()
    }
    get(address, { agent, headers: { cookie } }, (response) => {
      response.resume()
      response.on('end', () => done(response.statusCode === 200))
      response.on('error', () => done(false))
    }).on('error', () => done(false))
  })

const start = performance.now()
const end = start + Number(seconds) * 1000
const lane = async () => {
  while (performance.now() < end) await once()
}
await Promise.all(Array.from({ length: Number(connections) }, lane))
const took = (performance.now() - start) / 1000
agent.destroy()
process.stdout.write(JSON.stringify({ rate: times.length / took, p95: percentile(times, 0.95), failed }))
