/** About how many seconds spec files take, by what is in their paths; on a fresh machine jest knows no times. */
const SECONDS = Object.entries({
  'journeys/main-job': 400,
  'journeys/': 50,
  'bench/': 140,
  'demo/': 50,
  'chaos/reorganisation': 75,
  'chaos/imports': 45,
  'chaos/two-workers': 45,
  'chaos/': 30,
  'web/routes': 95,
  'web/silent-database': 28,
  'web/': 8,
  'api/routes': 40,
  'api/': 12,
  'main/cli': 100,
  'main/import': 30,
  'contract/directory-389': 40,
  'contract/': 20,
  'services/reconcile': 50,
  'services/addresses': 45,
  'services/removal': 45,
  'services/outage': 35,
  'services/': 15,
})
const secondsOf = ({ path }) => SECONDS.find(([part]) => path.includes(`/test/${part}`))?.[1] ?? 1
const longestFirst = (tests) => [...tests].sort((a, b) => secondsOf(b) - secondsOf(a) || (a.path < b.path ? -1 : 1))

/** jest's order of spec files: those that take longest first, and each to the shard that has least to do. */
export default class LongestFirst {
  sort(tests) {
    return longestFirst(tests)
  }
  shard(tests, { shardIndex, shardCount }) {
    const shards = Array.from({ length: shardCount }, () => ({ seconds: 0, tests: [] }))
    for (const test of longestFirst(tests)) {
      const least = shards.reduce((a, b) => (b.seconds < a.seconds ? b : a))
      least.tests.push(test)
      least.seconds += secondsOf(test)
    }
    return shards[shardIndex - 1].tests
  }
  allFailedTests(tests) {
    return tests
  }
  cacheResults() {}
}
