/** Addresses of the app's pages. Nothing else spells one. */
export const to = {
  effects: '/effects',
  effect: (slug: string) => `/effects/${encodeURIComponent(slug)}`,
  jobs: '/jobs',
  job: (id: string) => `/jobs/${encodeURIComponent(id)}`,
  results: '/results',
  result: (id: string) => `/results/${encodeURIComponent(id)}`,
  console: '/console',
  newFleet: '/console/fleets/new',
  fleet: (stage: string, slug: string) =>
    `/console/fleets/${encodeURIComponent(stage)}/${encodeURIComponent(slug)}`,
} as const
