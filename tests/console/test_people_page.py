"""The list of people, roles, removing and inviting, for owners only."""

from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests import codes
from tests.bookkeeping import OPERATOR
from tests.conftest import PASSWORD
from tests.console.cast import Browse, markup, overview_address, page_address, words
from tests.console.people_cast import crowd, invited, people_address

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.access import memberships_of
from tallybook.subscriptions.models import Invitation, Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


@pytest.fixture
def owner_client(browse: Browse, owner: User) -> Client:
    return browse(owner)


@pytest.fixture
def address(subscription: Subscription) -> str:
    """Of the form that invites."""
    return people_address(subscription, "invite/")


def test_everybody_is_listed_with_role_and_totp(browse: Browse, owner: User, viewer: User, subscription: Subscription) -> None:
    codes.protect(viewer)
    said = words(browse(owner).get(people_address(subscription)))
    assert f"{owner.email} You Owner Off" in said
    assert f"{viewer.email} Viewer On" in said
    assert "2 people." in said
    assert "None is open." in said


def test_it_is_for_owners(browse: Browse, viewer: User, stranger: User, subscription: Subscription) -> None:
    clerk = create_user(f"{uuid4()}@msp.example", PASSWORD)
    grant_role(subscription, clerk, Role.BILLING, actor=OPERATOR)
    nobody = browse(stranger).get(people_address(Subscription(id=uuid4()))).content
    for user in (viewer, clerk):
        client = browse(user)
        assert client.get(people_address(subscription)).status_code == 403
        assert (
            client.post(people_address(subscription, "invite/"), {"email": "a@b.example", "role": "owner"}).status_code == 403
        )
        assert client.post(people_address(subscription, f"{user.id}/role/"), {"role": "owner"}).status_code == 403
        assert client.post(people_address(subscription, f"{viewer.id}/remove/")).status_code == 403
        assert ">People</a>" not in client.get(page_address(subscription)).content.decode()
        assert "Your account" in words(client.get(page_address(subscription)))
    foreign = browse(stranger).get(people_address(subscription))
    assert (foreign.status_code, foreign.content) == (404, nobody)


@pytest.mark.parametrize("rest", ["{}/role/", "{}/remove/"])
def test_a_foreign_person_is_like_a_missing_one(
    browse: Browse, owner: User, stranger: User, subscription: Subscription, rest: str
) -> None:
    client = browse(owner)
    for send in (client.get, client.post):
        answers = [send(people_address(subscription, rest.format(user_id))) for user_id in (stranger.id, uuid4())]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_the_list_is_searched_narrowed_sorted_and_paged(browse: Browse, owner: User, subscription: Subscription) -> None:
    crowd(subscription, 60)
    client = browse(owner)
    assert "People 1 to 50 of 61" in words(client.get(people_address(subscription)))
    second = words(client.get(people_address(subscription, "?page=2&sort=-name")))
    assert "People 51 to 61 of 61" in second
    assert "0000." in second
    assert "1 person of this choice" in words(client.get(people_address(subscription, "?role=owner")))
    assert "1 person of this choice" in words(client.get(people_address(subscription, "?search=0042.")))
    assert "Nobody fits this choice." in words(client.get(people_address(subscription, "?search=zzz")))
    for odd in ("?page=zzz", "?sort=nothing", "?role=king", "?page=99999"):
        assert client.get(people_address(subscription, odd)).status_code == 200


def test_a_role_changes_from_the_next_request_on(browse: Browse, owner: User, viewer: User, subscription: Subscription) -> None:
    client, colleague = browse(owner), browse(viewer)
    assert colleague.get(people_address(subscription)).status_code == 403
    done = client.post(people_address(subscription, f"{viewer.id}/role/"), {"role": "owner"}, follow=True)
    assert "The role is changed." in words(done)
    assert colleague.get(people_address(subscription)).status_code == 200
    client.post(people_address(subscription, f"{viewer.id}/role/"), {"role": "viewer"})
    assert colleague.get(people_address(subscription)).status_code == 403
    same = client.post(people_address(subscription, f"{viewer.id}/role/"), {"role": "viewer"}, follow=True)
    assert "nothing was changed" in words(same)
    assert client.post(people_address(subscription, f"{viewer.id}/role/"), {"role": "king"}).status_code == 302
    assert memberships_of(viewer)[0].role == "viewer"


def test_somebody_is_removed_and_sees_nothing_any_more(
    browse: Browse, owner: User, viewer: User, subscription: Subscription
) -> None:
    client, colleague = browse(owner), browse(viewer)
    asked = words(client.get(people_address(subscription, f"{viewer.id}/remove/")))
    assert f"{viewer.email} loses the role Viewer in {subscription.name}" in asked
    assert "The person is removed" in words(client.post(people_address(subscription, f"{viewer.id}/remove/"), follow=True))
    assert colleague.get(page_address(subscription)).status_code == 404
    assert "No subscription yet" in words(colleague.get("/"))
    assert client.post(people_address(subscription, f"{viewer.id}/remove/")).status_code == 404


def test_the_only_owner_is_told_so(browse: Browse, owner: User, subscription: Subscription) -> None:
    client = browse(owner)
    for rest, sent in (("role/", {"role": "viewer"}), ("remove/", {})):
        response = client.post(people_address(subscription, f"{owner.id}/{rest}"), sent)
        assert response.status_code == 409
        assert f"{owner.email} is the only owner. Make somebody else an owner first." in words(response)
    assert memberships_of(owner)[0].role == "owner"


def test_an_owner_who_leaves_is_led_away(browse: Browse, owner: User, viewer: User, subscription: Subscription) -> None:
    grant_role(subscription, viewer, Role.OWNER, actor=OPERATOR)
    assert browse(owner).post(people_address(subscription, f"{owner.id}/remove/"))["Location"] == "/"


def test_an_invitation_is_shown_once_and_listed(browse: Browse, owner: User, subscription: Subscription) -> None:
    client = browse(owner)
    email, path = invited(client, subscription)
    page = client.get(people_address(subscription))
    assert f"{email} Viewer {owner.email}" in words(page)
    assert path.split("/")[3] not in page.content.decode()
    with subscription_scope(subscription.id):
        Invitation.objects.filter(email=email).update(expires_at=timezone.now())
        invitation_id = Invitation.objects.get(email=email).id
    assert "Expired" in words(client.get(people_address(subscription)))
    revoke = people_address(subscription, f"invitations/{invitation_id}/revoke")
    assert "The invitation is revoked." in words(client.post(revoke, follow=True))
    assert client.post(revoke).status_code == 404
    assert client.get(revoke).status_code == 405


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("ann", "viewer", "'ann' is no e-mail address."),
        ("=1+1", "viewer", "'=1+1' is no e-mail address."),
        ("<b>@msp.example", "", "Choose a role."),
        ("ann@msp.example", "king", "Choose a role."),
    ],
)
def test_what_cannot_be_invited_is_said_and_kept(owner_client: Client, address: str, email: str, role: str, said: str) -> None:
    response = owner_client.post(address, {"email": email, "role": role})
    assert response.status_code == 400
    assert said in words(response)
    assert f'value="{email.replace("<", "&lt;").replace(">", "&gt;")}"' in response.content.decode()


def test_whoever_has_a_role_is_not_invited(browse: Browse, owner: User, viewer: User, subscription: Subscription) -> None:
    sent = {"email": viewer.email.upper(), "role": "owner"}
    response = browse(owner).post(people_address(subscription, "invite/"), sent)
    assert f"{viewer.email} has a role in this subscription already." in words(response)
    assert 'value="owner"' in markup(response)


def test_a_new_person_accepts_with_a_password(browse: Browse, owner: User, subscription: Subscription) -> None:
    email, path = invited(browse(owner), subscription, role="billing")
    somebody = browse(None)
    page = somebody.get(path)
    assert f"{email} is invited to {subscription.name} , with the role Billing." in words(page)
    assert "no-store" in page["Cache-Control"]
    weak = somebody.post(path, {"new": "short"})
    assert (weak.status_code, "at least 15 characters" in words(weak)) == (400, True)
    done = somebody.post(path, {"new": PASSWORD})
    assert (done.status_code, done["Location"]) == (302, overview_address(subscription))
    assert somebody.get(page_address(subscription)).status_code == 200
    assert somebody.post(path, {"new": PASSWORD})["Location"] == overview_address(subscription)
    assert browse(None).get(path).status_code == 404


def test_somebody_with_an_account_signs_in_and_accepts(
    browse: Browse, owner: User, stranger: User, subscription: Subscription
) -> None:
    _, path = invited(browse(owner), subscription, stranger.email)
    anonymous = browse(None)
    assert f'href="/sign-in/?next={path}"' in anonymous.get(path).content.decode()
    taken = anonymous.post(path, {"new": PASSWORD})
    assert "There is somebody with the address" in words(taken)
    client = Client(headers={"host": "localhost"})
    signed = client.post("/sign-in/", {"login": stranger.email, "password": PASSWORD, "next": path})
    assert signed["Location"] == path
    assert "Accept" in words(client.get(path))
    assert client.post(path)["Location"] == overview_address(subscription)
    assert len(memberships_of(stranger)) == 2


def test_an_invitation_for_somebody_else_is_not_accepted(
    browse: Browse, owner: User, stranger: User, subscription: Subscription
) -> None:
    email, path = invited(browse(owner), subscription)
    for user in (stranger, owner):
        client = browse(user)
        assert f"You are signed in as {user.email}." in words(client.get(path))
        assert client.post(path).status_code == 400
    assert browse(None).get(path).status_code == 200
    assert not User.objects.filter(email=email).exists()


def test_links_that_do_not_hold_answer_the_same(
    browse: Browse, owner: User, subscription: Subscription, other_subscription: Subscription
) -> None:
    client = browse(owner)
    _, used = invited(client, subscription)
    browse(None).post(used, {"new": PASSWORD})
    _, held = invited(client, subscription)
    secret = held.split("/")[3]
    paths = [used, held.replace(secret, secret[:-1] + "_"), held.replace(str(subscription.id), str(other_subscription.id))]
    paths += [
        held.replace(str(subscription.id), str(uuid4())),
        held.replace(secret, "%00"),
        held.replace(secret, "%F0%9F%A6%86"),
    ]
    answers = [browse(None).get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({words(answer) for answer in answers}) == 1
    assert browse(None).get(held).status_code == 200


def test_the_operator_has_no_page(browse: Browse, subscription: Subscription) -> None:
    somebody = create_user(f"{uuid4()}@msp.example", PASSWORD)
    client = browse(somebody)
    for rest in ("usage/", "billed-users/", "links/", "audit/", "people/"):
        assert client.get(f"/subscriptions/{subscription.id}/{rest}").status_code == 404
    assert "None so far" in words(client.get("/account/"))
    assert client.get("/admin/").status_code == 404
