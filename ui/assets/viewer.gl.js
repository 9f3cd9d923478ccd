/* Small words for WebGL 2: programs, textures, arrays, and pictures to draw into. */

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

/** Give a program in use its textures, by their names. */
function bindTextures(gl, place, textures) {
  Object.entries(textures).forEach(([name, texture], unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(place(name), unit);
  });
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

/** A picture in memory that can be drawn into and looked up: its colour, or its depth. */
function makeTarget(gl, size, { hasDepth = false, isDepth = false } = {}) {
  const texture = makeTexture(gl, () =>
    gl.texStorage2D(gl.TEXTURE_2D, 1, isDepth ? gl.DEPTH_COMPONENT24 : gl.RGBA8, size, size));
  if (isDepth) { // depths are not mixed
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }
  const frame = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  const attachment = isDepth ? gl.DEPTH_ATTACHMENT : gl.COLOR_ATTACHMENT0;
  gl.framebufferTexture2D(gl.FRAMEBUFFER, attachment, gl.TEXTURE_2D, texture, 0);
  const depth = hasDepth ? gl.createRenderbuffer() : null;
  if (hasDepth) {
    gl.bindRenderbuffer(gl.RENDERBUFFER, depth);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH_COMPONENT24, size, size);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.RENDERBUFFER, depth);
  }
  const free = () => { gl.deleteFramebuffer(frame); gl.deleteTexture(texture); gl.deleteRenderbuffer(depth); };
  return { frame, texture, size, free };
}

/** Aim at a picture, or at the canvas, and empty it of what is named. */
function begin(gl, target, emptied = 0) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, target.frame);
  gl.viewport(0, 0, target.size, target.size);
  gl.enable(gl.DEPTH_TEST);
  gl.depthFunc(gl.LEQUAL);
  gl.clearColor(0, 0, 0, 0);
  if (emptied) gl.clear(emptied);
}
