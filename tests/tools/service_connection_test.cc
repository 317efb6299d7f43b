// SPDX-License-Identifier: Apache-2.0
//
// What a command says when it cannot come to terms with a server, and how soon.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "command_line.h"

namespace longhaul {
namespace {

using testing::HasSubstr;
using testing::Not;

class ServiceConnection : public CommandLine {
 protected:
  void TearDown() override {
    if (server_ > 0) {
      kill(server_, SIGTERM);
      waitpid(server_, nullptr, 0);
    }
    CommandLine::TearDown();
  }

  // A certificate for localhost and its key, NAME.pem and NAME.key.
  void MakeCertificate(const std::string& name, const std::string& host) const {
    ASSERT_EQ(
        system(("cd '" + Path("") + "' && openssl req -x509 -newkey rsa:2048 -nodes -keyout " +
                name + ".key -out " + name + ".pem -days 2 -subj /CN=" + host +
                " -addext subjectAltName=DNS:" + host + " 2>/dev/null")
                   .c_str()),
        0);
  }
  // Any server will do: what fails here fails before a service is asked. Its address.
  std::string Serve(const std::string& options) {
    EXPECT_EQ(mkfifo(Path("background.log").c_str(), 0600), 0);
    server_ = Start("reward-server --listen localhost:0 " + options);
    log_.open(Path("background.log"));
    const std::string words = "reward server on ";
    for (std::string line; std::getline(log_, line);) {
      if (line.starts_with(words)) return line.substr(words.size());
    }
    return "";
  }
  CommandResult Probe(const std::string& address, const std::string& options = "") const {
    return Run("sandbox probe --address '" + address + "' " + options);
  }

 private:
  pid_t server_ = -1;
  std::ifstream log_;  // open as long as the server writes to it
};

TEST_F(ServiceConnection, ServersWithTls) {
  MakeCertificate("server", "localhost");
  MakeCertificate("other", "localhost");
  const std::string address = Serve("--tls-certificate server.pem --tls-key server.key");
  ASSERT_THAT(address, HasSubstr("localhost:"));
  ExpectError(Probe(address, "--tls-ca other.pem"),
              {"sandbox server " + address, "not signed by the authority in tls_ca"});
  ExpectError(Probe(address), {"hangs up on a connection without TLS: give tls_ca"});
  ExpectError(Probe(address, "--tls-ca server.key"), {"server.key: is no PEM file"});
  ExpectError(Probe("127.0.0.1" + address.substr(address.rfind(':')), "--tls-ca server.pem"),
              {"its certificate is for another name"});
  // This far they come to terms.
  const CommandResult connected = Probe(address, "--tls-ca server.pem");
  EXPECT_THAT(connected.output, Not(HasSubstr("TLS")));
  EXPECT_THAT(connected.output, Not(HasSubstr("answered")));
}

TEST_F(ServiceConnection, ServersWithoutTls) {
  MakeCertificate("any", "localhost");
  const std::string address = Serve("");
  ASSERT_THAT(address, HasSubstr("localhost:"));
  ExpectError(Probe(address, "--tls-ca any.pem"), {"it does not speak TLS: leave tls_ca out"});
}

TEST_F(ServiceConnection, WhatIsNoAddressIsRefused) {
  ExpectError(Probe("foo"), {"'foo' is no address; give host:port"});
  ExpectError(Probe("foo:99999"), {"the port must be a number from 0 to 65535"});
  ExpectError(Probe("unix:"), {"the path of the socket is missing"});
  ExpectError(Run("reward-server --listen 127.0.0.1:0 --metrics host:99999"),
              {"metrics: 'host:99999': the port must be a number from 0 to 65535"});
  ExpectError(Train("reward.address=unix:none reward.connect_timeout_s=0.2"),
              {"reward.address: no reward server answered at unix:none", "No such file"});
}

}  // namespace
}  // namespace longhaul
