// Apache Kafka, one node (KRaft): its jars come from Maven Central, it runs on Java 17.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Kafka, logLevel } from '../../services/kernel/event-bus/kafka/kafkajs.ts'
import { run, waitFor } from './process.ts'
import { host, type ServerDefinition } from './server.ts'

const version = '4.4.0'
const port = 19_092
const controllerPort = 19_093
/** 22 characters, base64 of a UUID; fixed, since the cluster lives on this machine only */
const clusterId = 'cWlhbmxpeWFuLXRlc3QtMQ'

const libraries = (cache: string) => path.join(cache, `kafka-${version}`, 'libs')

export const kafka: ServerDefinition = {
  name: 'kafka',
  version,
  port,
  testEnvironment: { QLY_TEST_KAFKA_BROKERS: `${host}:${port}` },

  async prepare(cache, say) {
    if (existsSync(path.join(libraries(cache), '.complete'))) return
    say(`getting Kafka ${version} with Maven …`)
    const folder = path.dirname(libraries(cache))
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'pom.xml'), pom)
    const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
    await run('mvn', ['-q', '-B', plugin, '-DoutputDirectory=libs', '-DincludeScope=runtime'], { cwd: folder })
    writeFileSync(path.join(libraries(cache), '.complete'), '')
  },

  async command({ cache, directory }) {
    const env = { ...process.env, CLASSPATH: path.join(libraries(cache), '*') }
    const properties = path.join(directory, 'server.properties')
    const logs = path.join(directory, 'log')
    writeFileSync(properties, serverProperties(logs))
    if (!existsSync(path.join(logs, 'meta.properties'))) {
      await run('java', ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties], { env })
    }
    return { program: 'java', args: ['-Xms64m', '-Xmx512m', 'kafka.Kafka', properties], env }
  },

  async ready() {
    const client = new Kafka({
      clientId: 'servers',
      brokers: [`${host}:${port}`],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    })
    await waitFor('Kafka', async () => {
      const admin = client.admin()
      try {
        await admin.connect()
        return (await admin.describeCluster()).brokers.length === 1
      } finally {
        await admin.disconnect()
      }
    })
  },
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cn.qianliyan</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.5</version></dependency>
  </dependencies>
</project>
`

const serverProperties = (logs: string) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${host}:${controllerPort}
listeners=PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}
advertised.listeners=PLAINTEXT://${host}:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${logs}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
`
