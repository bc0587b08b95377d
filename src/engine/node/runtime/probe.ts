/**
 * Multiplies two matrices on the bare addon: no JavaScript of TensorFlow's is between us and the answer. The
 * body of a function of `require` and the addon's path, which returns what the addon says of itself as JSON:
 * text, since Node is given it on its command line.
 */
export const PROBE = `
const b = require(addon);
const id = b.createTensor([2, 2], b.TF_FLOAT, new Float32Array([1, 2, 3, 4]));
const flag = (name) => ({ name, type: b.TF_ATTR_BOOL, value: false });
const attributes = [flag('transpose_a'), flag('transpose_b'), { name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT }];
const [product] = b.executeOp('MatMul', attributes, [id, id], 1);
const values = Array.from(b.tensorDataSync(product.id)).join();
if (values !== '7,10,15,22') throw new Error('it multiplied wrongly: ' + values);
return JSON.stringify({ tensorflow: b.TF_Version, usesGpu: b.isUsingGpuDevice() });
`;
