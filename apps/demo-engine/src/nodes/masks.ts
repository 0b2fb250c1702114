import { extremePlane } from '../images/extremes.ts'
import { checkPixels, frameAt, mask, planes, type Mask, type Plane } from '../images/picture.ts'
import { defineNode, float, int, RESOLUTION_MAX, type NodeClass } from '../node-class.ts'
import { PythonError } from '../python-error.ts'
import { mapValues } from './each-frame.ts'
import { cutPlane } from './scale.ts'
import { spreadMask } from './spread-mask.ts'

const offset = int(0, 0, RESOLUTION_MAX)
const side = int(512, 1, RESOLUTION_MAX)

function eachMask(given: Mask, work: (plane: Plane) => Float32Array): Mask {
  return mask(given.width, given.height, planes(given).map(work))
}

/** A mask node of `nodes_mask`: they only differ in inputs and work. */
function maskNode(
  name: string,
  required: Parameters<typeof defineNode>[0]['inputs'],
  run: NodeClass['run'],
  output: 'MASK' | 'IMAGE' = 'MASK',
  displayName = name,
): NodeClass {
  return defineNode({
    name,
    displayName,
    pythonModule: 'comfy_extras.nodes_mask',
    category: 'mask',
    inputs: required,
    outputs: [output],
    run,
  })
}

type Combine = (one: number, two: number) => number
const bit = (value: number): boolean => Math.round(value) !== 0

const OPERATIONS: Record<string, Combine> = {
  multiply: (one, two) => one * two,
  add: (one, two) => one + two,
  subtract: (one, two) => one - two,
  and: (one, two) => Number(bit(one) && bit(two)),
  or: (one, two) => Number(bit(one) || bit(two)),
  xor: (one, two) => Number(bit(one) !== bit(two)),
}

/** Nodes that make and change masks. */
export const maskNodes: readonly NodeClass[] = [
  maskNode(
    'MaskToImage',
    { required: { mask: ['MASK'] } },
    inputs => ({ outputs: [spreadMask(inputs.mask('mask'))] }),
    'IMAGE',
    'Convert Mask to Image',
  ),

  maskNode(
    'ImageToMask',
    { required: { image: ['IMAGE'], channel: [['red', 'green', 'blue', 'alpha']] } },
    inputs => {
      const { width, height, channels, frames } = inputs.picture('image')
      const channel = ['red', 'green', 'blue', 'alpha'].indexOf(inputs.text('channel'))
      if (channel >= channels)
        throw new PythonError(
          'IndexError',
          `index ${channel} is out of bounds for dimension 3 with size ${channels}`,
        )
      return {
        outputs: [
          mask(
            width,
            height,
            frames.map(frame => pixelwise(frame, channels, at => frame[at + channel]!)),
          ),
        ],
      }
    },
    'MASK',
    'Convert Image to Mask',
  ),

  maskNode(
    'ImageColorToMask',
    { required: { image: ['IMAGE'], color: int(0, 0, 0xffffff, { step: 1, display: 'color' }) } },
    inputs => {
      const { width, height, channels, frames } = inputs.picture('image')
      const wanted = inputs.number('color')
      const byte = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 255)
      const frame = (data: Float32Array): Float32Array =>
        pixelwise(data, channels, at =>
          Number(
            ((byte(data[at]!) << 16) | (byte(data[at + 1]!) << 8) | byte(data[at + 2]!)) === wanted,
          ),
        )
      return { outputs: [mask(width, height, frames.map(frame))] }
    },
  ),

  maskNode(
    'SolidMask',
    { required: { value: float(1, 0, 1, 0.01), width: side, height: side } },
    inputs => {
      const [width, height] = [inputs.number('width'), inputs.number('height')]
      checkPixels(width, height, 1)
      return {
        outputs: [
          mask(width, height, [new Float32Array(width * height).fill(inputs.number('value'))]),
        ],
      }
    },
  ),

  maskNode('InvertMask', { required: { mask: ['MASK'] } }, inputs => ({
    outputs: [eachMask(inputs.mask('mask'), ({ data }) => mapValues(data, value => 1 - value))],
  })),

  maskNode(
    'CropMask',
    { required: { mask: ['MASK'], x: offset, y: offset, width: side, height: side } },
    inputs => {
      const given = inputs.mask('mask')
      const x = Math.min(inputs.number('x'), given.width)
      const y = Math.min(inputs.number('y'), given.height)
      const width = Math.min(inputs.number('width'), given.width - x)
      const height = Math.min(inputs.number('height'), given.height - y)
      return {
        outputs: [
          mask(
            width,
            height,
            planes(given).map(plane => cutPlane(plane, x, y, width, height)),
          ),
        ],
      }
    },
  ),

  maskNode(
    'MaskComposite',
    {
      required: {
        destination: ['MASK'],
        source: ['MASK'],
        x: offset,
        y: offset,
        operation: [Object.keys(OPERATIONS)],
      },
    },
    inputs => {
      const destination = inputs.mask('destination')
      const source = inputs.mask('source')
      const combine = OPERATIONS[inputs.text('operation')] ?? OPERATIONS['multiply']!
      const [left, top] = [inputs.number('x'), inputs.number('y')]
      const width = Math.min(left + source.width, destination.width) - left
      const height = Math.min(top + source.height, destination.height) - top
      const frames = destination.frames.map((frame, index) => {
        const other = frameAt(source.frames, index)
        const result = frame.slice()
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const at = (top + y) * destination.width + left + x
            result[at] = Math.min(
              1,
              Math.max(0, combine(result[at]!, other[y * source.width + x]!)),
            )
          }
        }
        return result
      })
      return { outputs: [mask(destination.width, destination.height, frames)] }
    },
  ),

  maskNode(
    'FeatherMask',
    { required: { mask: ['MASK'], left: offset, top: offset, right: offset, bottom: offset } },
    inputs => {
      const given = inputs.mask('mask')
      const columns = ramp(given.width, inputs.number('left'), inputs.number('right'))
      const rows = ramp(given.height, inputs.number('top'), inputs.number('bottom'))
      const feathered = eachMask(given, ({ data, width }) => {
        const result = new Float32Array(data.length)
        for (let at = 0; at < data.length; at++)
          result[at] = data[at]! * columns[at % width]! * rows[Math.floor(at / width)]!
        return result
      })
      return { outputs: [feathered] }
    },
  ),

  maskNode(
    'GrowMask',
    {
      required: {
        mask: ['MASK'],
        expand: int(0, -RESOLUTION_MAX, RESOLUTION_MAX),
        tapered_corners: ['BOOLEAN', { default: true }],
      },
    },
    inputs => {
      const expand = inputs.number('expand')
      const tapered = inputs.flag('tapered_corners')
      const which = expand < 0 ? 'lowest' : 'highest'
      const grown = eachMask(inputs.mask('mask'), plane => {
        if (!tapered)
          return expand === 0 ? plane.data : extremePlane(plane, 2 * Math.abs(expand) + 1, which)
        let data = plane.data
        for (let step = 0; step < Math.abs(expand); step++)
          data = growCross({ ...plane, data }, expand < 0 ? Math.min : Math.max)
        return data
      })
      return { outputs: [grown] }
    },
  ),

  maskNode(
    'ThresholdMask',
    { required: { mask: ['MASK'], value: float(0.5, 0, 1, 0.01) } },
    inputs => {
      // Compared in 32 bits, as the mask's own values are.
      const limit = Math.fround(inputs.number('value'))
      return {
        outputs: [
          eachMask(inputs.mask('mask'), ({ data }) =>
            mapValues(data, value => Number(value > limit)),
          ),
        ],
      }
    },
  ),
]

function pixelwise(
  frame: Float32Array,
  channels: number,
  value: (at: number) => number,
): Float32Array {
  const result = new Float32Array(frame.length / channels)
  for (let pixel = 0; pixel < result.length; pixel++) result[pixel] = value(pixel * channels)
  return result
}

/** Factors that rise from one side and fall to the other. */
function ramp(size: number, start: number, end: number): Float32Array {
  const factors = new Float32Array(size).fill(1)
  const [rising, falling] = [Math.min(start, size), Math.min(end, size)]
  for (let at = 0; at < rising; at++) factors[at] = factors[at]! * ((at + 1) / rising)
  // The real node counts from the end with −0, −1 …: its first step falls on the first position.
  for (let at = 0; at < falling; at++) {
    const position = at === 0 ? 0 : size - at
    factors[position] = factors[position]! * ((at + 1) / falling)
  }
  return factors
}

function growCross(plane: Plane, pick: (...values: number[]) => number): Float32Array {
  const { width, height, data } = plane
  const result = new Float32Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const here = data[at]!
      result[at] = pick(
        here,
        x > 0 ? data[at - 1]! : here,
        x < width - 1 ? data[at + 1]! : here,
        y > 0 ? data[at - width]! : here,
        y < height - 1 ? data[at + width]! : here,
      )
    }
  }
  return result
}
