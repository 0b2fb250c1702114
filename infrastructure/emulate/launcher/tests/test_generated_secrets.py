import json
import string
import unittest

from launcher.generated_secrets import value_of


class GeneratedSecrets(unittest.TestCase):
    def test_a_given_text_stays(self) -> None:
        self.assertEqual(value_of({"SecretString": "{}"}), "{}")
        self.assertEqual(value_of({}), "")

    def test_a_made_text_has_its_length_and_nothing_that_is_excluded(self) -> None:
        text = value_of(
            {
                "GenerateSecretString": {
                    "PasswordLength": 200,
                    "ExcludePunctuation": "true",
                    "ExcludeCharacters": "0Oo",
                }
            }
        )
        self.assertEqual(len(text), 200)
        self.assertLessEqual(set(text), set(string.ascii_letters + string.digits) - set("0Oo"))

    def test_two_are_never_the_same(self) -> None:
        wanted = {"GenerateSecretString": {}}
        self.assertNotEqual(value_of(wanted), value_of(wanted))

    def test_it_becomes_one_key_beside_the_others(self) -> None:
        wanted = {"SecretStringTemplate": '{"username":"bp"}', "GenerateStringKey": "password"}
        made = json.loads(value_of({"GenerateSecretString": wanted}))
        self.assertEqual(set(made), {"username", "password"})
        self.assertEqual(len(made["password"]), 32)


if __name__ == "__main__":
    unittest.main()
