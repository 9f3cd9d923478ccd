/* The face's shaders. They know no light of their own: it comes as a map from normal to colour. */

const VERSION = "#version 300 es\nprecision highp float;\nprecision highp int;\n";

const SOLID_VERTEX = `${VERSION}
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 change; // depth of the folds, light that the lid leaves
layout(location = 3) in vec4 place; // on the skin's picture; whether the lips shade it
layout(location = 4) in vec4 look; // what it makes of matt light, and of the sheen
uniform mat4 camera;
uniform vec3 foldTint;
uniform float mouthLight;
uniform sampler2D lights;
out vec3 colour;
out vec2 onSkin;
invariant gl_Position;
vec2 octahedral(vec3 n) {
  n /= max(abs(n.x) + abs(n.y) + abs(n.z), 1e-9);
  vec2 folded = (1.0 - abs(n.yx)) * vec2(n.x < 0.0 ? -1.0 : 1.0, n.y < 0.0 ? -1.0 : 1.0);
  return 0.5 + 0.5 * (n.z < 0.0 ? folded : n.xy);
}
void main() {
  gl_Position = camera * vec4(position, 1.0);
  vec4 light = texture(lights, octahedral(normal));
  colour = light.rgb * look.rgb + light.a * look.a;
  colour *= 1.0 + change.x * foldTint;
  colour *= change.y * mix(1.0, mouthLight, place.z);
  onSkin = place.xy;
}`;

const SOLID_FRAGMENT = `${VERSION}
in vec3 colour;
in vec2 onSkin;
uniform sampler2D skin;
out vec4 pixel;
void main() { pixel = vec4(min(texture(skin, onSkin).rgb * colour, 1.0), 1.0); }`;

const DEPTH_VERTEX = `${VERSION}
layout(location = 0) in vec3 position;
uniform mat4 camera;
invariant gl_Position;
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
  vec4 face = texture(moving, at);
  vec4 hair = texelFetch(front, here, 0);
  vec3 shown = face.rgb + (1.0 - face.a) * texelFetch(behind, here, 0).rgb;
  pixel = vec4(hair.rgb + (1.0 - hair.a) * shown, 1.0);
}`;
