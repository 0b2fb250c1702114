import { freemem, totalmem } from 'node:os'

/** The ComfyUI whose behaviour is reproduced. */
const ENGINE_VERSION = '0.3.64'

/** GET /system_stats. One device of the kind a CPU-only engine has. */
export function systemStats(): Record<string, unknown> {
  const [total, free] = [totalmem(), freemem()]
  return {
    system: {
      os: 'posix',
      ram_total: total,
      ram_free: free,
      comfyui_version: ENGINE_VERSION,
      required_frontend_version: null,
      installed_templates_version: null,
      required_templates_version: null,
      python_version: `bp demo engine on Node.js ${process.versions.node}`,
      pytorch_version: 'none',
      embedded_python: false,
      argv: ['demo-engine'],
    },
    devices: [
      {
        name: 'cpu',
        type: 'cpu',
        index: null,
        vram_total: total,
        vram_free: free,
        torch_vram_total: total,
        torch_vram_free: free,
      },
    ],
  }
}
