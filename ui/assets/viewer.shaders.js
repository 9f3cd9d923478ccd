/* The face's shaders. They know no light: colours come with the corners. */

const VERSION = "#version 300 es\nprecision highp float;\nprecision highp int;\n";
const BRIGHTEST = 2; // colour factor of the largest number that is sent

const SOLID_VERTEX = `${VERSION}
layout(location = 0) in vec3 position;
layout(location = 1) in vec4 light;
layout(location = 2) in vec2 place;
uniform mat4 camera;
out vec3 colour;
out vec2 onSkin;
void main() {
  gl_Position = camera * vec4(position, 1.0);
  colour = float(${BRIGHTEST}) * light.rgb;
  onSkin = place;
}`;

const SOLID_FRAGMENT = `${VERSION}
in vec3 colour;
in vec2 onSkin;
uniform sampler2D skin;
out vec4 pixel;
void main() { pixel = vec4(min(texture(skin, onSkin).rgb * colour, 1.0), 1.0); }`;

// The same, but hidden by what keeps still where that is nearer, as a collar before the neck.
const MOVING_FRAGMENT = `${VERSION}
in vec3 colour;
in vec2 onSkin;
uniform sampler2D skin;
uniform sampler2D still;
uniform float finer;
out vec4 pixel;
void main() {
  float nearest = texelFetch(still, ivec2(finer * gl_FragCoord.xy), 0).r;
  if (gl_FragCoord.z > nearest + 2e-4) discard; // the border is drawn with both, at the same depth
  pixel = vec4(min(texture(skin, onSkin).rgb * colour, 1.0), 1.0);
}`;

const DEPTH_VERTEX = `${VERSION}
layout(location = 0) in vec3 position;
uniform mat4 camera;
void main() { gl_Position = camera * vec4(position, 1.0); }`;

const DEPTH_FRAGMENT = `${VERSION}
out vec4 pixel;
void main() { pixel = vec4(0.0); }`;

// Ribbons that face the camera wherever it is.
const HAIR_VERTEX = `${VERSION}
layout(location = 0) in vec4 point; // place in the hair's box, and width
layout(location = 1) in vec4 along; // direction, and which edge of the ribbon
layout(location = 2) in vec4 tint;
uniform mat4 camera;
uniform vec3 low;
uniform vec3 span;
uniform vec3 eye;
uniform float widest;
out vec3 colour;
void main() {
  vec3 middle = low + span * point.xyz;
  vec3 side = cross(along.xyz, eye - middle);
  side /= max(length(side), 1e-9);
  gl_Position = camera * vec4(middle + side * (along.w * point.w * widest), 1.0);
  colour = tint.rgb;
}`;

const HAIR_FRAGMENT = `${VERSION}
in vec3 colour;
out vec4 pixel;
void main() { pixel = vec4(colour, 1.0); }`;

// One triangle that covers everything; (0, 0) is the picture's lower left corner.
const WHOLE_VERTEX = `${VERSION}
out vec2 at;
void main() {
  at = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0;
  gl_Position = vec4(2.0 * at - 1.0, 0.0, 1.0);
}`;

const WALL_FRAGMENT = `${VERSION}
in vec2 at;
uniform sampler2D wall;
uniform sampler2D layer;
out vec4 pixel;
void main() {
  vec4 head = texture(layer, at);
  pixel = vec4(head.rgb + (1.0 - head.a) * texture(wall, vec2(at.x, 1.0 - at.y)).rgb, 1.0);
}`;

const COPY_FRAGMENT = `${VERSION}
in vec2 at;
uniform sampler2D layer;
out vec4 pixel;
void main() { pixel = texture(layer, at); }`;

// Front over the moving face over what is behind it; colours are premultiplied.
const LAYERS_FRAGMENT = `${VERSION}
in vec2 at;
uniform sampler2D behind;
uniform sampler2D moving;
uniform sampler2D front;
out vec4 pixel;
void main() {
  ivec2 here = ivec2(gl_FragCoord.xy);
  vec4 face = texture(moving, at); // where it is twice as fine, the mean of four
  vec4 hair = texelFetch(front, here, 0);
  vec3 shown = face.rgb + (1.0 - face.a) * texelFetch(behind, here, 0).rgb;
  pixel = vec4(hair.rgb + (1.0 - hair.a) * shown, 1.0);
}`;
