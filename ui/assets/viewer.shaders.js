/* The face's shaders. They know no light: colours come with the corners. */

const VERSION = "#version 300 es\nprecision highp float;\nprecision highp int;\n";
const BRIGHTEST = 2; // colour factor of the largest number that is sent

const SOLID_VERTEX = `${VERSION}
layout(location = 0) in vec3 position;
layout(location = 1) in vec4 light;
layout(location = 2) in vec2 place;
uniform mat4 camera;
uniform mat3 turn; // of the head: what it adds to directions from the pivot
uniform vec3 pivot;
out vec3 colour;
out vec2 onSkin;
void main() {
  vec3 moved = position + light.a * (turn * (position - pivot)); // a: share of the turn
  gl_Position = camera * vec4(moved, 1.0);
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
layout(location = 2) in vec4 tint; // a: share of the head's turn
uniform mat4 camera;
uniform mat3 turn;
uniform vec3 pivot;
uniform vec3 low;
uniform vec3 span;
uniform vec3 eye;
uniform float widest;
out vec3 colour;
void main() {
  vec3 middle = low + span * point.xyz;
  vec3 side = cross(along.xyz, eye - middle);
  side /= max(length(side), 1e-9);
  vec3 edge = middle + side * (along.w * point.w * widest);
  gl_Position = camera * vec4(edge + tint.a * (turn * (edge - pivot)), 1.0);
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

// A grid of points that show where the still layers are: these turn as its points do. It lies as far
// away as depth goes, so that it can be kept behind a face.
const GRID_VERTEX = `${VERSION}
layout(location = 0) in vec3 point;
layout(location = 1) in float share;
uniform mat4 camera;
uniform mat3 turn;
uniform vec3 pivot;
out vec2 at;
void main() {
  vec4 before = camera * vec4(point, 1.0);
  vec4 after = camera * vec4(point + share * (turn * (point - pivot)), 1.0);
  at = 0.5 + 0.5 * before.xy / before.w;
  gl_Position = vec4(after.xy / after.w, 1.0, 1.0);
}`;

// Front over the moving face over what is behind it; colours are premultiplied, and the layers are
// twice as fine as the picture. Where nothing turns, one look between four texels is their mean;
// where something does, it takes four looks to be as sharp as before.
const layersFragment = (isFine) => `${VERSION}
in vec2 at;
uniform sampler2D behind;
uniform sampler2D moving;
uniform sampler2D front;
uniform float size;
out vec4 pixel;
vec4 look(sampler2D layer) {
  ${isFine ? `vec2 q = vec2(0.25, -0.25) / size;
  return 0.25 * (texture(layer, at + q.xx) + texture(layer, at + q.xy) + texture(layer, at + q.yx) + texture(layer, at + q.yy));`
    : "return texture(layer, at);"}
}
void main() {
  vec4 face = texture(moving, gl_FragCoord.xy / size); // where it is twice as fine, the mean of four
  vec4 hair = look(front);
  vec3 shown = face.rgb;
  if (face.a < 1.0) shown += (1.0 - face.a) * look(behind).rgb;
  pixel = vec4(hair.rgb + (1.0 - hair.a) * shown, 1.0);
}`;
