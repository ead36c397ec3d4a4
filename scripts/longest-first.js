const LONGEST = [
  ...['journeys/', 'web/routes', 'api/routes', 'chaos/', 'services/reconcile', 'demo/seed', 'main/cli', 'main/import'],
  ...['services/addresses', 'services/adoption', 'services/imports', 'bench/', 'services/'],
]
const rank = ({ path }) => {
  const at = LONGEST.findIndex((part) => path.includes(`/test/${part}`))
  return at < 0 ? LONGEST.length : at
}

/**
 * jest's order of spec files: those that take longest first, so that nobody waits for one of them at the end. On a fresh
 * machine jest knows no times and would go by the size of the files.
 */
export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1))
  }
  allFailedTests(tests) {
    return tests
  }
  shard(tests) {
    return tests
  }
  cacheResults() {}
}
