"""A browser has videos made, follows them, stops them and takes them, each by its id."""

CHOICES = {"size": 512, "timeline": True, "neutral": False, "picture": False}


def newest(client, run) -> dict:
    return client.get(f"/runs/{run.id}/films").json()["films"][0]


def test_a_film_is_made_followed_and_taken_under_the_code(client, analysed, until):
    run = analysed("P-0417", name="Ada Secret").latest_done
    made = client.post(f"/runs/{run.id}/films", params=CHOICES).json()
    until(lambda: newest(client, run)["has_ended"])
    film = newest(client, run)
    assert (film["id"], film["state"], film["share"]) == (made["id"], "done", 1.0)
    assert film["words"] == "Face, 512 pixels · emotions over time"
    answer = client.get(f"/films/{film['id']}")
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["cache-control"] == "no-store"
    name = "P-0417_session1_2026-11-21_run1_face-512-timeline.mp4"
    assert name in answer.headers["content-disposition"]


def test_a_film_shows_the_face_that_is_chosen_when_it_is_ordered(
    client, context, analysed, engine, until
):
    run = analysed().latest_done
    context.preferences.choose_avatar("man")
    client.post(f"/runs/{run.id}/films", params=CHOICES)
    until(lambda: newest(client, run)["has_ended"])
    assert engine.video[-1].avatar == "man"
    assert (
        newest(client, run)["words"] == "Face, 512 pixels · Man in his forties · emotions over time"
    )
    taken = client.get(f"/films/{newest(client, run)['id']}").headers["content-disposition"]
    assert "run1_face-man-512-timeline.mp4" in taken


def test_a_film_can_be_stopped(client, analysed, engine, until):
    run = analysed().latest_done
    engine.draw_on.clear()
    film = client.post(f"/runs/{run.id}/films", params=CHOICES).json()
    until(lambda: newest(client, run)["state"] == "rendering")
    assert client.get(f"/films/{film['id']}").status_code == 404
    client.post(f"/films/{film['id']}/cancel")
    until(lambda: newest(client, run)["state"] == "cancelled")


def test_what_cannot_be_made_is_refused_with_its_code(client, analysed):
    run = analysed().latest_done
    for changes, code in (({"picture": True}, "E19"), ({"size": 4_000}, "E71")):
        answer = client.post(f"/runs/{run.id}/films", params=CHOICES | changes)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert client.post("/runs/none/films", params=CHOICES).status_code == 404
    assert client.get("/films/none").status_code == 404


def test_another_site_cannot_have_films_made(client, analysed):
    run = analysed().latest_done
    foreign = {"origin": "http://evil.example"}
    answer = client.post(f"/runs/{run.id}/films", params=CHOICES, headers=foreign)
    assert answer.status_code == 403
    assert client.get(f"/runs/{run.id}/films").json() == {"films": []}
