/** Every written bound that more than one room must agree on. What happens beyond stands beside the number. */
export const limits = {
  /** Default size of a JSON body; beyond: `body_too_large`. */
  bodyBytesMax: 65_536,
  /** Body of a submit (a graph may be large); beyond: `body_too_large`. */
  submitBodyBytesMax: 4_194_304,
  /** Body of a worker call; beyond: `body_too_large`. */
  workerBodyBytesMax: 1_048_576,
  /** One upload by single PUT; beyond: `file_too_large`. */
  uploadBytesMax: 67_108_864,
  /** One output file of a job; beyond: `output_too_large`. */
  outputBytesMax: 2_147_483_648,
  /** Outputs of one job; beyond: `output_too_large`. */
  outputsMax: 256,
  /** Pixels of a picture, width × height × frames; beyond: `type_refused` before anything decodes it. */
  imagePixelsMax: 100_000_000,
  /** Nodes of a graph; beyond: `graph_invalid`. */
  graphNodesMax: 2_000,
  /** A text value in an input; beyond: `input_invalid`. */
  inputTextMax: 32_768,
  /** Nesting of a JSON body; beyond: `json_invalid`. */
  jsonDepthMax: 32,
  metadataPairsMax: 16,
  tagsMax: 20,
  tagLengthMax: 40,
  idempotencyKeyLengthMax: 255,
  /** A key answers with the same job for this long. */
  idempotencyMs: 86_400_000,
  listLimitMax: 100,
  listLimitDefault: 25,
  /** Waiting jobs of one user; beyond: `queue_full`. */
  waitingJobsPerUserMax: 1_000,
  /** Waiting jobs of everybody; beyond: `queue_full`. */
  waitingJobsMax: 200_000,
  /** A lease without a beat ends after this. */
  leaseMs: 30_000,
  /** The sweep waits this much longer, for a beat that is on its way. */
  leaseGraceMs: 5_000,
  /** How often a worker beats, ± 10 %. */
  beatEveryMs: 10_000,
  /** A long poll is answered with nothing after 20–25 s. */
  pollMsMin: 20_000,
  pollMsMax: 25_000,
  /** A worker that was not heard of for this long is lost. */
  workerSilentMs: 45_000,
  /** Longest run of a job unless its submit says less; beyond: `timed_out`. */
  runMsMax: 1_800_000,
  /** Unannounced losses (worker lost, crash, network) before a job ends as `worker_lost`. */
  lossesMax: 5,
  /** Interruptions beyond this count as losses each. */
  interruptionsMax: 20,
  /** `Prefer: wait=n` and long shows. */
  waitSecondsMax: 60,
  /** An upload that was not finished is given up after this. */
  uploadOpenMs: 172_800_000,
  /** Life of a signed address; rounded up to whole windows so that caches hit. */
  signedUrlMs: 1_800_000,
  /** A one-time link is good for ten minutes, once. */
  linkMs: 600_000,
  sessionMs: 604_800_000,
  /** Live streams: per user (`too_many_streams`), bytes waiting in one (then it is cut), and its life. */
  streamsPerUserMax: 16,
  streamBufferBytesMax: 262_144,
  streamMsMax: 600_000,
  streamPingMs: 15_000,
} as const
