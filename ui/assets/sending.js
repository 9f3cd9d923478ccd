// How a file goes to the app. Of its name only the suffix does: the rest may be a person's name.
const SUFFIXES = /\.(wav|mp3|flac|ogg|opus|m4a|aac|webm|mp4|mov)$/i;

/** Whose voice is sent, and whether it is only tried, as the end of an address. */
function ownedBy({ owner, isTrial }) {
  return owner ? `&patient=${owner.id}&is_trial=${isTrial}` : "";
}

/** Send a file of somebody's voice; returns the request, which can be broken off, and then says nothing more. */
function sendFile(file, leave, { share, done, fail }) {
  const request = new XMLHttpRequest();
  const [suffix] = file.name.match(SUFFIXES) ?? [""];
  request.open("POST", `/recordings?suffix=${suffix}${ownedBy(leave)}`);
  request.responseType = "json";
  request.upload.onprogress = (event) => share(event.loaded / event.total);
  request.onerror = () =>
    fail({ text: verhm.say("The app does not answer. Start it, then try again."), isSilent: true });
  request.onload = () =>
    request.status === 200 ? done(request.response.id) : fail(request.response ?? {});
  request.send(file);
  return request;
}
