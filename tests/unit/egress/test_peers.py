"""Peers are what the settings say, and nothing that they do not say."""

from appliance.egress import Peer
from appliance.egress.peers import peers_of, place, production_policy
from appliance.settings import Settings


def test_without_further_settings_there_are_redis_and_twilio() -> None:
    assert set(peers_of(Settings.model_validate({}), {})) == {
        Peer("redis_url", "127.0.0.1", 6379),
        Peer("vault_url", "127.0.0.1", 6379),
        Peer("twilio_api_url", "api.twilio.com", 443),
    }


def test_the_address_at_which_others_reach_the_appliance_is_no_peer() -> None:
    names = {
        peer.name for peer in peers_of(Settings.model_validate({"public_url": "https://us.example"}), {})
    }
    assert "public_url" not in names


def test_every_url_of_the_settings_is_a_peer() -> None:
    settings = Settings.model_validate(
        {
            "redis_url": "unix:///run/redis/values.sock?db=0",
            "vault_url": "rediss://keys.hospital.example",
            "qdrant_url": "http://10.0.0.5:6333",
            "engine_url": "http://[::1]:8000/v1",
            "syslog_url": "udp://log.hospital.example",
        }
    )
    assert set(peers_of(settings, {})) == {
        Peer("redis_url", "unix:/run/redis/values.sock", 0),
        Peer("vault_url", "keys.hospital.example", 6379),
        Peer("qdrant_url", "10.0.0.5", 6333),
        Peer("engine_url", "::1", 8000),
        Peer("twilio_api_url", "api.twilio.com", 443),
        Peer("syslog_url", "log.hospital.example", 514),
    }


def test_with_a_proxy_it_is_reached_in_the_place_of_twilio() -> None:
    peers = peers_of(Settings.model_validate({"twilio_proxy_url": "http://127.0.0.1:3128"}), {})
    assert Peer("twilio_proxy_url", "127.0.0.1", 3128) in peers
    assert "api.twilio.com" not in {peer.host for peer in peers}


def test_systemd_may_be_told_that_all_is_well() -> None:
    found = peers_of(Settings.model_validate({}), {"NOTIFY_SOCKET": "/run/systemd/notify"})
    assert found[-1] == Peer("systemd", "unix:/run/systemd/notify", 0)


def test_production_starts_no_program_and_reaches_no_other_service_of_its_machine() -> None:
    policy = production_policy(Settings.model_validate({}), {})
    assert (policy.children, policy.this_machine, policy.beside_python) == (False, False, False)
    assert policy.to_address("127.0.0.1", 22) is None


def test_sentinels_and_the_servers_beside_them_are_peers() -> None:
    settings = Settings.model_validate(
        {"redis_url": "sentinel://:secret@a:26379,b:26379/wards?db=0&port=7000"}
    )
    of_redis = [peer for peer in peers_of(settings, {}) if peer.name == "redis_url"]
    assert [(peer.host, peer.port) for peer in of_redis] == [
        ("a", 26379), ("a", 7000), ("b", 26379), ("b", 7000)
    ]  # fmt: skip


def test_a_place_for_people_holds_no_password() -> None:
    assert place("sentinels://appliance:secret@a:26379,b:26379/wards") == "wards of a:26379,b:26379"
    assert place("rediss://appliance:secret@a:6380/0") == "a:6380"
