/* Small words for WebGL 2: programs, textures, arrays, and pictures to draw into. */

const FINER = 2; // how many times finer than shown the layers are drawn
const SAMPLES = 4; // per pixel of a layer that keeps still

function makeProgram(gl, vertex, fragment) {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`a shader of the face does not work here: ${gl.getProgramInfoLog(program)}`);
  }
  const places = {};
  const place = (name) => (places[name] ??= gl.getUniformLocation(program, name));
  return { program, place };
}

/** A texture, smooth between its texels, without repetition. */
function makeTexture(gl, fill) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const [name, value] of [
    [gl.TEXTURE_MIN_FILTER, gl.LINEAR], [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
  ]) gl.texParameteri(gl.TEXTURE_2D, name, value);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  fill();
  return texture;
}

/** Vertex arrays from [location, buffer, numbers, type, isShare, stride, offset]. */
function makeArrays(gl, attributes, index) {
  const arrays = gl.createVertexArray();
  gl.bindVertexArray(arrays);
  for (const [location, buffer, numbers, type, isShare, stride = 0, offset = 0] of attributes) {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, numbers, type, isShare, stride, offset);
  }
  if (index) gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, index);
  gl.bindVertexArray(null);
  return arrays;
}

function makeBuffer(gl, data, kind = gl.ARRAY_BUFFER, usage = gl.STATIC_DRAW) {
  const buffer = gl.createBuffer();
  gl.bindVertexArray(null); // an index buffer must not end up in somebody's arrays
  gl.bindBuffer(kind, buffer);
  gl.bufferData(kind, data, usage);
  return buffer;
}

/** A picture in memory that can be drawn into, and looked up: colour as a texture, and depth. */
function makeTarget(gl, size, { hasDepth = false, hasColour = true } = {}) {
  const frame = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  const texture = hasColour && makeTexture(gl, () => gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, size, size));
  if (texture) gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const depth = hasDepth && addStorage(gl, gl.DEPTH_ATTACHMENT, gl.DEPTH_COMPONENT24, size, 0);
  const free = () => {
    gl.deleteFramebuffer(frame);
    gl.deleteTexture(texture || null);
    gl.deleteRenderbuffer(depth || null);
  };
  return { frame, texture, size, free };
}

/** A picture with several samples per pixel; it has to be resolved into another one to be seen. */
function makeSampled(gl, size) {
  const frame = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  const samples = Math.min(SAMPLES, gl.getParameter(gl.MAX_SAMPLES));
  const parts = [
    addStorage(gl, gl.COLOR_ATTACHMENT0, gl.RGBA8, size, samples),
    addStorage(gl, gl.DEPTH_ATTACHMENT, gl.DEPTH_COMPONENT24, size, samples),
  ];
  const free = () => { gl.deleteFramebuffer(frame); parts.forEach((part) => gl.deleteRenderbuffer(part)); };
  return { frame, size, free };
}

function addStorage(gl, attachment, format, size, samples) {
  const part = gl.createRenderbuffer();
  gl.bindRenderbuffer(gl.RENDERBUFFER, part);
  gl.renderbufferStorageMultisample(gl.RENDERBUFFER, samples, format, size, size);
  gl.framebufferRenderbuffer(gl.FRAMEBUFFER, attachment, gl.RENDERBUFFER, part);
  return part;
}

/** Copy one picture's colour or depth into another of the same size. */
function copyPicture(gl, from, to, what) {
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, from.frame);
  gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, to.frame);
  gl.blitFramebuffer(0, 0, from.size, from.size, 0, 0, to.size, to.size, what, gl.NEAREST);
}
